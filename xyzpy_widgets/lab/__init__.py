"""What JupyterLab shows around the notebook: the sweeps of this kernel, and their widgets in views of their own."""
