"""Streamlit helpers, the only caches, identity and roles."""
