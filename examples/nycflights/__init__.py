"""What etl.flow does with the flights, in plain Python: every module can be imported and tried without a flow."""
