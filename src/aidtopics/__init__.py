"""Find health-aid reports in scraped Chinese web pages and model their topics."""
