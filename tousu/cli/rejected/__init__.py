"""`tousu rejected`: what was refused, mended and handed in again."""
