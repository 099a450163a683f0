"""Databricks SQL warehouses: tables of Unity Catalog, statements over the Statement Execution API."""

from core.sources.warehouses.reader import WarehouseReader

__all__ = ["WarehouseReader"]
