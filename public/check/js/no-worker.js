// Registered and removed again by browser.js, which only looks whether the browser accepts it.
