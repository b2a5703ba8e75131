"""What ``doctor`` looks at: one module for each part of a machine, each check by itself."""
