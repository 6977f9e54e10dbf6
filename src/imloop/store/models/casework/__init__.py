"""What happens: tests, cases, repairs, matters, outages, appointments, draws, findings."""
