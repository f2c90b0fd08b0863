// Package people answers the routes of people: users, their sessions, plans and memberships, and the API keys of services.
package people
