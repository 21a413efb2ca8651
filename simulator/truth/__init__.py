"""What a perfect lake would know and publish, computed from the observations, never from the lake."""
