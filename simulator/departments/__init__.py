"""The departments, one module a feed or a group of feeds: observe the world, write the bytes, send them."""
