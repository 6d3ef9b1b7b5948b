"""Sweeps: many cases of the report at once, on this machine or on a Dask cluster.

ask        what a command line asks for, and the digest that tells one sweep from another
store      the folder of a sweep: results as they come in, and the finished tables
local      the executor of this machine
cluster    that of a Dask scheduler
pages      whole pages of single cases, through papermill
elsewhere  single pages of one case, on a cluster
run        one sweep from start to end; where it was stopped, it goes on
"""
