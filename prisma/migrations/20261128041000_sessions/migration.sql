-- Tokens of browsers that signed in: in a cookie, for some days.
alter table api_token add column session boolean not null default false;
-- The token that somebody signed in with: when that is revoked, so is this.
alter table api_token add column parent_id text references api_token (id) on update cascade on delete cascade;
