"""What leaves the house: messages to people, events to programs. The only place that speaks SMTP, to SMS gateways and to webhooks."""
