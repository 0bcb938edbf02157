"""The floor for pages and for starting: about the smallest Streamlit page with a chart.

The chart is given as its specification: `st.line_chart` would first import a library, and be slower at each rerun.
"""

import math

import streamlit as st

st.title("Bare")
points = st.slider("Points", 10, 200, 100)
st.vega_lite_chart(
    {"x": list(range(points)), "y": [math.sin(n / 9) for n in range(points)]},
    {"mark": "line", "encoding": {"x": {"field": "x", "type": "ordinal"}, "y": {"field": "y", "type": "quantitative"}}},
)
