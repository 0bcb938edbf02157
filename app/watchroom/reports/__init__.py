"""What people take away: files made from a snapshot, for whoever was not in the room. No Streamlit, nothing written."""
