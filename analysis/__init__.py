"""What computes: data/ in, numbers, figures and a site out."""
