"""Who somebody is and whether they may: sign-in, sessions, the guard before every route."""
