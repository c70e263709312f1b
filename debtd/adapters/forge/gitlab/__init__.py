"""GitLab: gitlab.com and self-hosted. Its "merge requests" are debtd's pull requests."""
