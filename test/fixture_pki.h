/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and certificates for tests, as unbound-control-setup makes them: the server's signs. */
#ifndef SEEP_FIXTURE_PKI_H
#define SEEP_FIXTURE_PKI_H

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct pki_pair {
	EVP_PKEY *key;
	X509 *cert;
};

/* When it is in force, in seconds from now. */
struct pki_times {
	long from_s, until_s;
};

/* A pair for NAME, of which the certificate is signed by SIGNER's key; NULL: by its own. */
static inline struct pki_pair pki_make(const char *name, struct pki_times times,
				       const struct pki_pair *signer)
{
	struct pki_pair pair = { .key = EVP_EC_gen("P-256"), .cert = X509_new() };
	X509_NAME *subject = X509_get_subject_name(pair.cert);
	X509 *issuer = signer ? signer->cert : pair.cert;
	static long serial;
	X509_EXTENSION *authority = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints,
							"critical,CA:TRUE,pathlen:0");

	if (!pair.key || !pair.cert || !authority) {
		puts("Bail out! no keys or certificates");
		exit(1);
	}
	X509_set_version(pair.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(pair.cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(pair.cert), times.from_s);
	X509_gmtime_adj(X509_getm_notAfter(pair.cert), times.until_s);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1,
				   -1, 0);
	X509_set_issuer_name(pair.cert, X509_get_subject_name(issuer));
	X509_set_pubkey(pair.cert, pair.key);
	if (!signer)
		X509_add_ext(pair.cert, authority, -1);
	X509_EXTENSION_free(authority);
	X509_sign(pair.cert, signer ? signer->key : pair.key, EVP_sha256());
	return pair;
}

/* Writes them to the files at BASE, with .key and .pem behind it. */
static inline void pki_write(const struct pki_pair *pair, const char *base)
{
	char path[512];
	FILE *to;

	snprintf(path, sizeof(path), "%s.key", base);
	to = fopen(path, "we");
	PEM_write_PrivateKey(to, pair->key, NULL, NULL, 0, NULL, NULL);
	fclose(to);
	snprintf(path, sizeof(path), "%s.pem", base);
	to = fopen(path, "we");
	PEM_write_X509(to, pair->cert);
	fclose(to);
}

static inline void pki_free(struct pki_pair *pair)
{
	EVP_PKEY_free(pair->key);
	X509_free(pair->cert);
	*pair = (struct pki_pair){ .key = NULL };
}

#endif
