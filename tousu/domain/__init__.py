"""The domain: pure rules that several services share. No input or output, no name of a service."""
