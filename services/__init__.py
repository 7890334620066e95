"""The stream processors, a folder each; they meet only in topics. Found by tousu/simulation/processors.py."""
