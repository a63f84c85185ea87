"""The store as a Piccolo app: its tables and where their migrations are."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from sim_core.store.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="sim",
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=list(TABLES),
)
