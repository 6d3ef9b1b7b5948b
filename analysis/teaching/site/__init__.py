"""What teaching puts on the site: questions, exercises, and the page that runs Python."""
