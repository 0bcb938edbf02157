"""Frames in, Plotly figures out; no Streamlit.

Each figure comes with the sentence that a screen reader says, made from the same numbers.
"""
