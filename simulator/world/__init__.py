"""What happens in the city, whether or not anyone observes it."""
