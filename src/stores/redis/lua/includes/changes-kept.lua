-- How many changes to entries a document remembers.
local CHANGES_KEPT = 16
