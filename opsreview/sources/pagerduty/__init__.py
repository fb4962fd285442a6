"""PagerDuty: incidents, who was paged and acted, and who was on call, through its REST API."""
