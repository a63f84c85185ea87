"""The ledger of plugins in the database."""

from sim_core.app.ledger import StoredLedger
from sim_core.plugins import Recorded
from sim_core.store.pool import Store


async def test_what_was_installed_is_put_down_once_and_struck_out(store: Store) -> None:
    ledger = StoredLedger(store)
    first = Recorded(name="sim-tool-tea", version="1.0", origin="sim-tool-tea")
    second = Recorded(name="sim-block-shout", version="1.0", origin="./shout.whl")
    newer = Recorded(name="sim-tool-tea", version="1.1", origin="./tea.whl")
    for package in (first, second):
        await ledger.record(package, by="")
    assert await ledger.recorded() == [first, second]
    await ledger.record(newer, by="")
    assert sorted(await ledger.recorded(), key=lambda row: row.name) == [second, newer]
    await ledger.forget("sim-block-shout")
    await ledger.forget("sim-block-shout")
    assert await ledger.recorded() == [newer]
