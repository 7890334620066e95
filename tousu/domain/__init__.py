"""The domain: pure folds and rules that several services share. No input or output, no name of a service."""
