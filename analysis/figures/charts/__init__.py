"""The figures themselves, a module each; `analysis.figures` hands them out."""
