"""The subcommands of `symrnn`, one module each: `register(commands)` adds its options, `run_...` does the work.

Arguments in, text out; no mathematics. Nothing heavy is imported before the arguments are understood.
"""
