//! Mutations for runs without libFuzzer: always the same ones for the same number. Octets are changed, cut and spliced;
//! the tree of a DER object is changed with every length around the change set right, so that what is inside is reached.

/// Deepest nesting that is taken apart.
const DEPTH_MAX: usize = 24;
/// An input does not grow beyond this.
const SIZE_MAX_BYTES: usize = 256 * 1024;

/// SplitMix64.
pub struct Dice(u64);

impl Dice {
    /// The sequence of this number.
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 when there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.roll() % limit as u64) as usize }
    }

    fn octet(&mut self) -> u8 {
        const TELLING: [u8; 16] = [0, 1, 2, 3, 4, 5, 0x0c, 0x24, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xff];
        if self.below(2) == 0 { TELLING[self.below(TELLING.len())] } else { self.roll() as u8 }
    }
}

/// One of `seeds`, changed one to four times.
pub fn mutated(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut data = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(4) {
        let other = &seeds[dice.below(seeds.len())];
        let kind = data.first().copied();
        match dice.below(3) {
            0 => octets(&mut data, other, dice),
            _ if kind == Some(0x30) => tree(&mut data, other, dice),
            _ if kind == Some(b'<') => markup(&mut data, other, dice),
            _ => octets(&mut data, other, dice),
        }
        data.truncate(SIZE_MAX_BYTES);
    }
    data
}

fn range(length: usize, dice: &mut Dice) -> std::ops::Range<usize> {
    let start = dice.below(length + 1);
    let most = if dice.below(4) == 0 { length - start } else { (length - start).min(16) };
    start..start + dice.below(most + 1)
}

fn octets(data: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let place = dice.below(data.len());
    match dice.below(9) {
        0 | 1 if !data.is_empty() => data[place] ^= 1 << dice.below(8),
        2 if !data.is_empty() => data[place] = dice.octet(),
        3 if !data.is_empty() => data[place] = data[place].wrapping_add(if dice.below(2) == 0 { 1 } else { 255 }),
        4 => data.truncate(place),
        5 => drop(data.drain(range(data.len(), dice))),
        6 => {
            let copied = data[range(data.len(), dice)].to_vec();
            data.splice(place..place, copied);
        }
        7 => {
            let foreign = other[range(other.len(), dice)].to_vec();
            let replaced = range(data.len(), dice);
            data.splice(replaced, foreign);
        }
        _ => {
            let more: Vec<u8> = (0..=dice.below(8)).map(|_| dice.octet()).collect();
            data.splice(place..place, more);
        }
    }
}

/// Pieces of a text between angle brackets are removed, doubled, exchanged and taken from another text.
fn markup(data: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let cut = |text: &[u8]| -> Vec<Vec<u8>> {
        let mut pieces: Vec<Vec<u8>> = vec![Vec::new()];
        for octet in text {
            if *octet == b'<' {
                pieces.push(Vec::new());
            }
            pieces.last_mut().unwrap().push(*octet);
        }
        pieces
    };
    let mut pieces = cut(data);
    let (one, two) = (dice.below(pieces.len()), dice.below(pieces.len()));
    match dice.below(6) {
        0 => drop(pieces.remove(one)),
        1 => pieces.insert(one, pieces[two].clone()),
        2 => pieces.swap(one, two),
        3 => {
            let foreign = cut(other);
            let first = dice.below(foreign.len());
            let last = (first + 1 + dice.below(12)).min(foreign.len());
            pieces.splice(one..one, foreign[first..last].iter().cloned());
        }
        4 => {
            let span: Vec<_> = pieces[one.min(two)..one.max(two)].to_vec();
            let place = dice.below(pieces.len());
            pieces.splice(place..place, span);
        }
        _ => octets(&mut pieces[one], other, dice),
    }
    *data = pieces.concat();
}

/// An element of DER: what it holds is elements or octets.
#[derive(Clone)]
struct Element {
    /// What stands before the contents and is no length: the tag, or of a string that wraps elements what comes first.
    tag: u8,
    before: Vec<u8>,
    held: Held,
}

#[derive(Clone)]
enum Held {
    Elements(Vec<Element>),
    Octets(Vec<u8>),
}

fn read_all(mut input: &[u8], depth: usize) -> Option<Vec<Element>> {
    let mut elements = Vec::new();
    while let [tag, rest @ ..] = input {
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (length.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        elements.push(read_one(*tag, value, depth));
        input = rest;
    }
    Some(elements)
}

fn read_one(tag: u8, value: &[u8], depth: usize) -> Element {
    let skipped = usize::from(tag == 0x03);
    let may_hold = tag & 0x20 != 0 || matches!(tag, 0x03 | 0x04) && value.get(skipped).is_some_and(|tag| *tag == 0x30);
    if may_hold
        && depth < DEPTH_MAX
        && let Some((before, inner)) = value.split_at_checked(skipped)
        && let Some(elements) = read_all(inner, depth + 1)
    {
        return Element { tag, before: before.to_vec(), held: Held::Elements(elements) };
    }
    Element { tag, before: Vec::new(), held: Held::Octets(value.to_vec()) }
}

fn write(element: &Element, out: &mut Vec<u8>) {
    let mut value = element.before.clone();
    match &element.held {
        Held::Octets(octets) => value.extend_from_slice(octets),
        Held::Elements(elements) => elements.iter().for_each(|one| write(one, &mut value)),
    }
    out.push(element.tag);
    match value.len() {
        short @ 0..=0x7f => out.push(short as u8),
        long => {
            let octets = long.to_be_bytes();
            let first = octets.iter().position(|octet| *octet != 0).unwrap_or(0);
            out.push(0x80 | (octets.len() - first) as u8);
            out.extend_from_slice(&octets[first..]);
        }
    }
    out.extend_from_slice(&value);
}

fn count(elements: &[Element]) -> usize {
    let inner = |element: &Element| if let Held::Elements(inner) = &element.held { count(inner) } else { 0 };
    elements.iter().map(|element| 1 + inner(element)).sum()
}

/// Does something at the element with this number, counted as they are written.
fn visit(elements: &mut Vec<Element>, number: &mut usize, act: &mut dyn FnMut(&mut Vec<Element>, usize)) -> bool {
    for place in 0..elements.len() {
        if *number == 0 {
            act(elements, place);
            return true;
        }
        *number -= 1;
        if let Held::Elements(inner) = &mut elements[place].held
            && visit(inner, number, act)
        {
            return true;
        }
    }
    false
}

fn picked(elements: &[Element], dice: &mut Dice) -> Option<Element> {
    let mut number = dice.below(count(elements));
    let mut found = None;
    visit(&mut elements.to_vec(), &mut number, &mut |siblings, place| found = Some(siblings[place].clone()));
    found
}

fn tree(data: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let Some(mut elements) = read_all(data, 0).filter(|elements| !elements.is_empty()) else {
        return octets(data, other, dice);
    };
    let foreign = if dice.below(2) == 0 { read_all(other, 0).unwrap_or_default() } else { elements.clone() };
    let taken = picked(&foreign, dice);
    let mut number = dice.below(count(&elements));
    let mut act = |siblings: &mut Vec<Element>, place: usize| match (dice.below(9), taken.clone()) {
        (0, _) => drop(siblings.remove(place)),
        (1, _) => siblings.insert(place, siblings[place].clone()),
        (2, _) => {
            let with = dice.below(siblings.len());
            siblings.swap(place, with);
        }
        (3, _) => siblings[place].tag = dice.octet(),
        (4, Some(taken)) => siblings[place] = taken,
        (5, Some(taken)) => siblings.insert(place, taken),
        (6, _) => {
            // Many of the same: limits on how many.
            let copies = vec![siblings[place].clone(); 1 << dice.below(8)];
            siblings.splice(place..place, copies);
        }
        (_, taken) => {
            let mut inner = Vec::new();
            let element = &mut siblings[place];
            match &element.held {
                Held::Octets(octets) => inner.clone_from(octets),
                Held::Elements(elements) => elements.iter().for_each(|one| write(one, &mut inner)),
            }
            let other = taken.map(|taken| {
                let mut written = Vec::new();
                write(&taken, &mut written);
                written
            });
            octets(&mut inner, &other.unwrap_or_default(), dice);
            element.held = Held::Octets(inner);
        }
    };
    visit(&mut elements, &mut number, &mut act);
    data.clear();
    elements.iter().for_each(|one| write(one, data));
}
