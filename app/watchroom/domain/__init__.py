"""Pure rules: values and frames in, frozen values out. No I/O, no Streamlit."""
