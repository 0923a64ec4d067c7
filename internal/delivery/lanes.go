package delivery

// lanes are what waits for the reader: the tail's own frames and those of each answer. They are taken in turn, so that a
// search keeps no line back, and a burst no page of the past. Bounded by credit.
type lanes []lane

type lane struct {
	reply uint32
	items []Item
}

func (l *lanes) put(item Item) {
	for i := range *l {
		if (*l)[i].reply == item.reply {
			(*l)[i].items = append((*l)[i].items, item)
			return
		}
	}
	*l = append(*l, lane{item.reply, []Item{item}})
}

// take is the next item of the lane whose turn it is. An idle tail keeps no buffer.
func (l *lanes) take() (Item, bool) {
	if len(*l) == 0 {
		return Item{}, false
	}
	first := (*l)[0]
	item := first.items[0]
	first.items[0] = Item{}
	first.items = first.items[1:]
	copy(*l, (*l)[1:])
	if len(first.items) > 0 {
		(*l)[len(*l)-1] = first
	} else if *l = (*l)[:len(*l)-1]; len(*l) == 0 {
		*l = nil
	}
	return item, true
}

// drop forgets a lane, and says what it cost.
func (l *lanes) drop(reply uint32) (cost uint64) {
	for i, lane := range *l {
		if lane.reply != reply {
			continue
		}
		for _, item := range lane.items {
			cost += item.cost
		}
		*l = append((*l)[:i], (*l)[i+1:]...)
		break
	}
	return cost
}
