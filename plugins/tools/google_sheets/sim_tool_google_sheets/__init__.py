"""Google Sheets: read and write spreadsheets."""
