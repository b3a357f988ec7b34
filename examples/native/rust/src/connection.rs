//! The connection to the other side: str0m does no input and output, and so the socket and the clock are here.

use std::error::Error;
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use serde_json::Value;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, KeyframeRequestKind, MediaData, MediaKind};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};

pub struct Connection {
    rtc: Rtc,
    socket: UdpSocket,
    pending: Option<SdpPendingOffer>,
    frames: u64,
    shown: Instant,
}

impl Connection {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        str0m::crypto::from_feature_flags().install_process_default();
        // The address from which this machine would send to others (no packet is sent), or only its own.
        let probe = UdpSocket::bind("0.0.0.0:0")?;
        let address = probe.connect("192.0.2.1:9").and_then(|()| probe.local_addr()).map(|it| it.ip());
        let socket = UdpSocket::bind((address.unwrap_or([127, 0, 0, 1].into()), 0))?;
        let mut rtc = RtcConfig::new().build(Instant::now());
        rtc.add_local_candidate(Candidate::host(socket.local_addr()?, "udp")?);
        Ok(Self { rtc, socket, pending: None, frames: 0, shown: Instant::now() })
    }

    pub fn offer(&mut self) -> Value {
        let mut changes = self.rtc.sdp_api();
        for kind in [MediaKind::Audio, MediaKind::Video] {
            changes.add_media(kind, Direction::SendRecv, None, None, None);
        }
        changes.add_channel("echo".into());
        let (offer, pending) = changes.apply().expect("there are changes");
        self.pending = Some(pending);
        serde_json::to_value(offer).expect("JSON")
    }

    pub fn answer(&mut self, offer: &Value) -> Result<Value, Box<dyn Error>> {
        let offer: SdpOffer = serde_json::from_value(offer.clone())?;
        Ok(serde_json::to_value(self.rtc.sdp_api().accept_offer(offer)?)?)
    }

    pub fn accept(&mut self, answer: &Value) -> Result<(), Box<dyn Error>> {
        let answer: SdpAnswer = serde_json::from_value(answer.clone())?;
        let pending = self.pending.take().ok_or("an answer without an offer")?;
        Ok(self.rtc.sdp_api().accept_answer(pending, answer)?)
    }

    /// str0m reads neither null, the end of the candidates, nor an empty text, nor names that end in `.local`. Browsers
    /// reach our address all the same, and so become known.
    pub fn add_candidate(&mut self, candidate: &Value) {
        if let Ok(candidate) = serde_json::from_value::<Candidate>(candidate.clone()) {
            self.rtc.add_remote_candidate(candidate);
        }
    }

    /// Sends what is to be sent, and waits for a packet or the next time-out, 20 ms at most.
    pub fn poll(&mut self) -> Result<(), Box<dyn Error>> {
        let due = loop {
            match self.rtc.poll_output()? {
                Output::Timeout(due) => break due,
                Output::Transmit(packet) => drop(self.socket.send_to(&packet.contents, packet.destination)),
                Output::Event(event) => self.handle(event)?,
            }
        };
        let patience = due.saturating_duration_since(Instant::now()).min(Duration::from_millis(20));
        self.socket.set_read_timeout(Some(patience.max(Duration::from_millis(1))))?;
        let mut buffer = [0; 2000];
        match self.socket.recv_from(&mut buffer) {
            Ok((length, source)) => {
                let destination = self.socket.local_addr()?;
                let contents = buffer[..length].try_into()?;
                let packet = Receive { proto: Protocol::Udp, source, destination, contents };
                Ok(self.rtc.handle_input(Input::Receive(Instant::now(), packet))?)
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) =>
            {
                Ok(self.rtc.handle_input(Input::Timeout(Instant::now()))?)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn handle(&mut self, event: Event) -> Result<(), Box<dyn Error>> {
        match event {
            Event::Connected => println!("connected to the other side"),
            Event::ChannelData(message) => {
                if let Some(mut channel) = self.rtc.channel(message.id) {
                    channel.write(message.binary, &message.data)?;
                }
            }
            Event::MediaData(data) => self.send_back(data)?,
            _ => {}
        }
        Ok(())
    }

    /// One frame of video, or a piece of audio.
    fn send_back(&mut self, data: MediaData) -> Result<(), Box<dyn Error>> {
        let is_video = self.rtc.media(data.mid).is_some_and(|media| media.kind() == MediaKind::Video);
        self.frames += u64::from(is_video);
        let is_due = is_video && self.shown.elapsed() > Duration::from_secs(1);
        let Some(mut writer) = self.rtc.writer(data.mid) else { return Ok(()) };
        if is_due {
            println!("video: {} frames", self.frames);
            self.shown = Instant::now();
            // Pictures after a loss cannot be decoded without a key frame.
            writer.request_keyframe(data.rid, KeyframeRequestKind::Pli)?;
        }
        if let Some(payload_type) = writer.match_params(data.params) {
            writer.write(payload_type, data.network_time, data.time, data.data)?;
        }
        Ok(())
    }
}
