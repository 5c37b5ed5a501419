# The words of version 1 that tell what of a period is not told: no extract has them that was issued without. Never changed.

extract-period-shown = Закрытых записей за период: { $closed } — то, что в них сказано, стёрто по истечении срока хранения. Документов, которые были зафиксированы за период, уничтожены и здесь не приведены: { $destroyed }.
