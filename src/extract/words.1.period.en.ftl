# The words of version 1 that tell what of a period is not told: no extract has them that was issued without. Never changed.

extract-period-shown = Of the entries in the period, { $closed } are closed: what they said was erased after its term. Documents recorded in the period that were destroyed and are not here: { $destroyed }.
