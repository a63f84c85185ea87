"""Repeat the blocks inside."""
