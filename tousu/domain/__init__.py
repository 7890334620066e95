"""The domain: pure folds of facts. It knows no log, no database and no clock on the wall."""
