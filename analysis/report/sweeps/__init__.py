"""Sweeps: many cases of the report at once, on this machine or on a Dask cluster.

ask      what a command line asks for, and the digest that tells one sweep from another
store    the folder of a sweep: blocks as they come in, the ledger, and the finished tables
local    blocks and pages on the processes of this machine
cluster  the same on the workers of a Dask scheduler
pages    whole pages of single cases, through papermill
run      one sweep from start to end; where it was stopped, it goes on
"""
