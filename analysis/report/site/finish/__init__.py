"""What is done to the pages once Sphinx has written them."""
