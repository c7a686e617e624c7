"""What README says about speed, measured again: `python -m benchmarks` or `python -m benchmarks NAME`.

Every figure is a ratio of two things measured side by side in fresh processes; absolute seconds are not claimed.
"""
