"""What runs on the far side of the fence: standard library only, started with no environment and no site."""
