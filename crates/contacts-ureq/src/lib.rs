//! Blocking client of the Contacts API of Jira Service Management operations.
