//! Chance as the tester of rooms: whatever five people do in whatever order, with connections that break, die
//! unnoticed and come back, each knows who is in its rooms, hears what is for it once and in order, and in the end
//! nothing is kept.

use std::time::Duration;

use proptest::prelude::*;
use switchboard::core::command::ConnectionEnd;
use switchboard::protocol::room::RoomAccess;

use crate::support::cases;
use crate::support::room_world::{Deed, PEOPLE, ROOMS, View, World};

fn deeds() -> impl Strategy<Value = Vec<(usize, Deed)>> {
    let room = 0..ROOMS.len();
    let deed = prop_oneof![
        4 => room.clone().prop_map(Deed::Join),
        1 => room.clone().prop_map(Deed::Leave),
        4 => room.clone().prop_map(Deed::Relay),
        2 => (room.clone(), 0..RoomAccess::ALL.len()).prop_map(|(room, access)| Deed::SetAccess(room, RoomAccess::ALL[access])),
        2 => (room, any::<bool>()).prop_map(|(room, is_admitted)| Deed::Decide(room, is_admitted)),
        1 => Just(Deed::Reload),
        1 => Just(Deed::Die),
        2 => Just(Deed::Break),
        4 => Just(Deed::Return),
        2 => (1..40u64, any::<bool>()).prop_map(|(seconds, is_noticed)| Deed::Wait(seconds, is_noticed)),
    ];
    prop::collection::vec((0..PEOPLE, deed), 1..120)
}

proptest! {
    #![proptest_config(cases(512))]

    /// Every member receives who comes, goes, is away and back, so that all know the same; what is passed on reaches the one
    /// whom it is for, in order and once, and nobody else; all know the same host and access, and the host who waits; and
    /// when all have gone, nothing is kept.
    #[test]
    fn whatever_people_do_in_rooms_all_know_the_same_and_nothing_remains(deeds in deeds()) {
        let mut world = World::new();
        for (who, deed) in deeds {
            world.act(who, deed);
        }
        for who in 0..PEOPLE {
            world.connect_if_away(who);
        }
        // Pages that were closed unnoticed are given up by now.
        world.act(0, Deed::Wait(60, true));
        for person in &world.people {
            prop_assert_eq!(&person.heard, &person.awaited, "each in order and once");
        }
        for room in 0..ROOMS.len() {
            let places = (0..PEOPLE).filter_map(|who| Some((world.people[who].rooms.get(&room)?.0, world.name(who))));
            let everybody: View = places.collect();
            for (own, others) in world.people.iter().filter_map(|person| person.rooms.get(&room)) {
                let mut all = everybody.clone();
                all.remove(own);
                prop_assert_eq!(others, &all, "who is there");
            }
            let rules: Vec<_> = world.people.iter().filter_map(|person| person.rules.get(&room)).collect();
            prop_assert!(rules.windows(2).all(|two| two[0] == two[1]), "who is the host, and who may enter: {rules:?}");
            let waits = (0..PEOPLE).filter_map(|who| Some((*world.people[who].waits.get(&room)?, world.name(who))));
            let waits: View = waits.collect();
            if let Some((host, access)) = rules.first() {
                prop_assert!(everybody.contains_key(host), "the host is in the room");
                prop_assert!(waits.is_empty() || *access != RoomAccess::Open, "nobody waits for an open room");
                let places = world.people.iter().filter(|person| person.rooms.get(&room).is_some_and(|(own, _)| own == host));
                for person in places {
                    prop_assert_eq!(&person.line.get(&room).cloned().unwrap_or_default(), &waits, "who waits");
                }
            } else {
                prop_assert!(waits.is_empty(), "nobody waits for a room without a host");
            }
        }
        for (who, how) in [ConnectionEnd::Closed, ConnectionEnd::Broken, ConnectionEnd::Broken, ConnectionEnd::Closed, ConnectionEnd::Broken].into_iter().enumerate() {
            world.leave(who, how);
        }
        for minutes in [2, 2] {
            world.now += Duration::from_secs(60 * minutes);
            world.switchboard.expire(world.now);
        }
        prop_assert!(world.switchboard.is_empty(), "something was left behind: {:?}", world.switchboard.core);
    }
}
