//! The signer for visitors of the demonstration: the keys of its people in place of NCALayer.

use super::{DemoError, World};
use crate::ncalayer::Person;

/// The people of the world with both keys each. The operator's information system seals by itself and signs for no page.
///
/// # Errors
/// As [`World::key_store`].
pub fn people(world: &World) -> Result<Vec<Person>, DemoError> {
    let mut people = Vec::new();
    for card in world.people().iter().filter(|card| card.iin.is_some()) {
        let stores = card.keys.iter().map(|key| world.key_store(&card.id, &key.purpose));
        let name = match &card.organization {
            Some(organization) => format!("{}, {organization}", card.name),
            None => card.name.clone(),
        };
        people.extend(Person::new(&card.id, &name, stores.collect::<Result<_, _>>()?));
    }
    Ok(people)
}
