/* SPDX-License-Identifier: BSD-3-Clause */
/* Packet captures: the input is a pcap or pcapng file. */
#include "trace_fuzz.h"

#include <pcap/pcap.h>

const char fuzz_target[] = "pcap";

int __real_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data);
int __wrap_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data);

/*
 * The linker puts this between: libpcap's buffer is so large that no sanitizer sees a read past the
 * packet in it.
 */
int __wrap_pcap_next_ex(pcap_t *pcap, struct pcap_pkthdr **header, const u_char **data)
{
	static uint8_t *packet;
	int result = __real_pcap_next_ex(pcap, header, data);

	free(packet);
	packet = NULL;
	if (result == 1)
		*data = packet = fuzz_copy(*data, (*header)->caplen);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_trace(TRACE_PCAP, data, size);
	return 0;
}
