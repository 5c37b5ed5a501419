# The words of version 1 that tell what of a period is not told: no extract has them that was issued without. Never changed.

extract-period-shown = Кезеңдегі жабық жазбалар: { $closed } — оларда айтылғаны сақтау мерзімі өткен соң өшірілген. Кезеңде тіркеліп, кейін жойылған және мұнда келтірілмеген құжаттар: { $destroyed }.
