"""What runs: the pages, the site, comparisons, sweeps and the command line."""
