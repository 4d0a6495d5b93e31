"""Coverage: service areas asked of a view, today and week by week, and the places that lie in them."""
