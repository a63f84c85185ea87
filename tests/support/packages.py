"""Installed packages of our own making: a folder that looks to Python like one that pip filled."""

import textwrap
from pathlib import Path

HEAD = (
    "from collections.abc import Iterable\nfrom typing import Annotated, Any, Literal\nfrom sim_core.plugin import *\n"
)


def install(
    site: Path, package: str, code: str, *, group: str = "sim.blocks", name: str = "", version: str = "1.0"
) -> Path:
    """Put a package with one module and one entry point into a folder; its module."""
    module = package.replace("-", "_")
    folder = site / module
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(HEAD + textwrap.dedent(code))
    about = site / f"{module}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{name or module} = {module}\n")
    return folder / "__init__.py"


def uninstall(site: Path, package: str) -> None:
    """Take a package out again."""
    module = package.replace("-", "_")
    for folder in (site / module, *site.glob(f"{module}-*.dist-info")):
        for file in sorted(folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        folder.rmdir()


def block(id: str, *, version: int = 1, body: str = "return text") -> str:
    """The code of a plugin with one block type."""
    return f'''
    @block(id="{id}", version={version})
    async def {id}(text: str) -> str:
        """Give the text back."""
        {body}

    @hookimpl
    def register_blocks() -> Iterable[BlockType]:
        return [{id}]
    '''
